import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli.ts";
import { aRepository } from "../support/repository.ts";
import { kira } from "../support/kira.ts";
import { stateOf } from "../support/state.ts";

test("Ctrl-C while a bulk log waits for its input ends it at once, with nothing recorded", async () => {
  await using repository = await aRepository();
  const { folder } = repository;
  await kira({ folder }, "init");
  const before = await stateOf(folder);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const stopping = new AbortController();
  stdin.write('{"task":"t","outcome":"success","category":"c"}\n');
  const ended = runCli(["log", "--stdin"], {
    folder,
    stdin,
    stdout,
    stderr,
    env: {},
    colorDepth: 1,
    signal: stopping.signal,
  });
  stopping.abort();
  expect(await ended).toBe(130);
  stderr.end();
  expect(await text(stderr)).toBe("Stopped; nothing was recorded. Run the command again.\n");
  expect(await stateOf(folder)).toEqual(before);
});
