import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli.ts";
import { besidesAnalyses, everythingIn, everythingSettledIn, failuresAbout } from "../loop/support.ts";
import { aModelServer, type Reply } from "../support/providers/model-server.ts";
import { anAgentRepository, aRepository } from "../support/repository.ts";
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

const addresses = { ollama: "OLLAMA_HOST", anthropic: "ANTHROPIC_BASE_URL", openai: "OPENAI_BASE_URL" };

test.each<[provider: keyof typeof addresses, does: string, reply: Reply]>([
  ["ollama", "thinks", { silent: true }],
  ["ollama", "answers", { drip: "and " }],
  ["anthropic", "thinks", { silent: true }],
  ["anthropic", "answers", { drip: "and " }],
  ["openai", "thinks", { silent: true }],
  ["openai", "answers", { drip: "and " }],
])(
  "Ctrl-C while a model behind %s %s ends a run at once, with nothing half made",
  async (provider, _, reply) => {
    await using repository = await anAgentRepository();
    await failuresAbout(repository, "dates");
    const before = await besidesAnalyses(everythingSettledIn(repository));
    const stopping = new AbortController();
    const script = (): Reply => {
      setTimeout(() => stopping.abort(), 50);
      return reply;
    };
    await using server = await aModelServer(provider, { script });
    const env = { [addresses[provider]]: server.baseUrl };
    const standing = { folder: repository.folder, env, signal: stopping.signal };
    const { status, stdout, stderr } = await kira(standing, "run", "--model", `${provider}:some-model`);
    expect({ status, stdout, stderr }).toEqual({
      status: 130,
      stdout: "",
      stderr: "Stopped while some-model was answering. Run the command again.\n",
    });
    expect(await besidesAnalyses(everythingIn(repository))).toEqual(before);
    expect(server.asked).toHaveLength(1);
  },
);
