import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** The beginning of what a stream carried. */
export interface Capture {
  readonly truncated: boolean;
  text(): string;
}

/**
 * Reads a stream to its end and keeps its first `limit` bytes. The rest is read all the same, so that a program that
 * prints a gigabyte neither blocks nor makes us grow. A character cut in two at the limit is dropped.
 */
export function capture(stream: Readable | null | undefined, limit: number): Capture {
  const kept: Buffer[] = [];
  let room = limit;
  let truncated = false;
  stream?.on("data", (chunk: Buffer) => {
    if (chunk.length > room) truncated = true;
    if (room > 0) kept.push(chunk.subarray(0, room));
    room = Math.max(0, room - chunk.length);
  });
  // A pipe that breaks has ended; what came through it before still counts.
  stream?.on("error", () => undefined);
  return {
    get truncated() {
      return truncated;
    },
    text: () => new StringDecoder("utf8").write(Buffer.concat(kept)),
  };
}
