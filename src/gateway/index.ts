import { anthropic } from "./anthropic.ts";
import type { Protocol } from "./contract.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";

/** Every protocol that the gateway speaks, by the provider's name. */
export const protocols = { anthropic, openai, ollama } satisfies Record<string, Protocol>;
export type ProtocolName = keyof typeof protocols;
