import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../src/domain/random.ts";
import { Deadline } from "../../src/models/deadline.ts";
import { Failure } from "../../src/models/failure.ts";
import { parseRetryAfter, saidReset } from "../../src/models/retry-after.ts";
import { delayMs, retry } from "../../src/models/retry.ts";

const now = Date.parse("2026-11-26T12:00:00Z");

describe("how long we wait before we ask again", () => {
  test.each<[string, Parameters<typeof delayMs>, number | undefined]>([
    ["a quarter to half a second at first", [{ kind: "busy", retryAfterMs: undefined }, 1, 0], 250],
    ["at most half a second at first", [{ kind: "busy", retryAfterMs: undefined }, 1, 1], 500],
    ["twice as long each time", [{ kind: "busy", retryAfterMs: undefined }, 3, 1], 2000],
    ["never longer than half a minute", [{ kind: "busy", retryAfterMs: undefined }, 50, 1], 30_000],
    ["at least as long as the server wants", [{ kind: "busy", retryAfterMs: 90_000 }, 1, 0], 90_000],
    [
      "a little longer, so that not all come back at once",
      [{ kind: "busy", retryAfterMs: 90_000 }, 1, 1],
      90_250,
    ],
    ["not at all if the server says so", [{ kind: "busy", retryAfterMs: 0 }, 1, 1], 0],
    ["but not without end", [{ kind: "busy", retryAfterMs: 0 }, 3, 1], 2000],
    ["twice for what may be there to stay", [{ kind: "faulty", retryAfterMs: 0 }, 2, 0], 0],
    ["and then no more", [{ kind: "faulty", retryAfterMs: 0 }, 3, 0], undefined],
    ["never for a quota", [{ kind: "quota", retryAfterMs: 1 }, 1, 0], undefined],
    ["never for a request that is wrong", [{ kind: "rejected", retryAfterMs: 1 }, 1, 0], undefined],
  ])("%s", (_, given, expected) => {
    expect(delayMs(...given)).toBe(expected);
  });
});

describe("what a server may say of when to come back", () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "20" }, 20_000],
    ["milliseconds", { "retry-after-ms": "1500", "retry-after": "2" }, 1500],
    ["a date", { "retry-after": "Thu, 26 Nov 2026 12:01:00 GMT" }, 60_000],
    ["a date that has passed", { "retry-after": "Thu, 26 Nov 2026 11:00:00 GMT" }, 0],
    [
      "the end of a subscription's window",
      { "anthropic-ratelimit-unified-reset": `${now / 1000 + 30}` },
      30_000,
    ],
    ["nothing", {}, undefined],
    ["nonsense", { "retry-after": "soon" }, undefined],
  ])("%s", (_, headers, expected) => {
    expect(parseRetryAfter(new Headers(headers), now)).toBe(expected);
  });

  test("a time in its sentence", () => {
    expect(saidReset("Usage limit reached; it resets at 2026-11-26T12:30:00Z.", now)).toBe(1_800_000);
    expect(saidReset("Your limit resets at 5pm", now)).toBeUndefined();
  });
});

describe("a request", () => {
  async function outcome(failures: readonly (Error | undefined)[], timeoutMs = 10_000) {
    using deadline = new Deadline(timeoutMs);
    let tries = 0;
    const answer = retry(deadline, randomNumbers("seed"), async () => {
      const failure = failures[tries++];
      if (failure) throw failure;
      return "answer";
    });
    return { answer: await answer.catch((error: unknown) => error), tries };
  }
  const busy = new Failure("busy", { retryAfterMs: 1 });

  test("is made again until it works", async () => {
    expect(await outcome([busy, busy, undefined])).toEqual({ answer: "answer", tries: 3 });
  });

  test("is not waited for when the wait is longer than the time left", async () => {
    const long = new Failure("busy", { retryAfterMs: 60_000 });
    expect(await outcome([busy, long, undefined])).toEqual({ answer: long, tries: 2 });
  });

  test("that runs out of time while the server is overloaded says that it was", async () => {
    using deadline = new Deadline(100);
    let tries = 0;
    const answer = retry(deadline, randomNumbers("seed"), async () => {
      if (tries++ === 0) throw busy;
      await deadline.wait(60_000);
    });
    await expect(answer).rejects.toBe(busy);
  });

  test("is not made again for a bug of ours", async () => {
    const bug = new TypeError("x is undefined");
    expect(await outcome([bug, undefined])).toEqual({ answer: bug, tries: 1 });
  });
});
