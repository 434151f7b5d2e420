import { bubblewrap } from "./bubblewrap.ts";
import type { Host, Sandbox } from "./contract.ts";
import { none } from "./none.ts";

/** Every sandbox, by name. */
export const sandboxes = { bubblewrap, none } satisfies Record<string, (host: Host) => Sandbox>;
export type SandboxName = keyof typeof sandboxes;
