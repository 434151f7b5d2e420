import type { IncomingMessage } from "node:http";
import type { Count } from "./meter.ts";

const mostKept = 256 * 1024;
const bytesPerToken = 4;
/** What a model may have written that was not asked for less. */
const usualOutput = 1000;

/**
 * What a request has cost whose answer the agent did not wait for: its input, and what the provider may have written
 * all the same. Without this, to ask and to leave would be free.
 */
export function abandonedCount(request: IncomingMessage): () => Count | undefined {
  const kept: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    if (bytes < mostKept) kept.push(chunk);
    bytes += chunk.length;
  });
  return () => {
    if (!request.complete) return undefined;
    const text = Buffer.concat(kept).toString("utf8");
    const model = /"model"\s*:\s*"([^"\\]{1,200})"/.exec(text)?.[1];
    const most = Number(/"max\w*_tokens"\s*:\s*(\d{1,9})/.exec(text)?.[1] ?? usualOutput);
    const isStream = /"stream"\s*:\s*true/.test(text);
    const inputTokens = Math.ceil(bytes / bytesPerToken);
    return { model, inputTokens, billedTokens: inputTokens, outputTokens: isStream ? 0 : most };
  };
}
