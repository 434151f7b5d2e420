import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aSpareFolder } from "../support/repository.ts";
import { aGateway, ask, json, keys, tokenOf } from "./support.ts";
import { paths, spoken } from "./upstream.ts";

const offline = { baseUrls: {}, environment: {} };

test("what was recorded is answered again, piece by piece, and nobody is asked", async () => {
  await using spare = await aSpareFolder();
  const { folder } = spare;
  const wanted = { body: json({ stream: true, messages: ["hello"] }) };
  const gone = { path: "/v1/messages/count_tokens", body: "{}" };
  await using live = await aGateway({ tape: { mode: "record", folder } });
  const first = await ask(live.pass, "anthropic", wanted);
  live.upstream.script = (_, response) => response.writeHead(529).end("later");
  const second = await ask(live.pass, "anthropic", wanted);
  const third = await ask(live.pass, "anthropic", gone);
  await live.pass.close();

  await using again = await aGateway({ ...offline, tape: { mode: "replay", folder } });
  const replayed = [
    await ask(again.pass, "anthropic", wanted),
    await ask(again.pass, "anthropic", wanted),
    await ask(again.pass, "anthropic", gone),
  ];
  const said = ({ status, body }: { status: number; body: string }) => ({ status, body });
  expect(replayed.map(said)).toEqual([first, second, third].map(said));
  await again.pass.close();
  expect(again.pass.usage).toEqual(live.pass.usage);
  expect(again.pass.excuse(true)).toEqual(live.pass.excuse(true));
  expect(again.upstream.seen).toEqual([]);
});

test("a recording is found again whatever differs from run to run, and holds no key", async () => {
  await using spare = await aSpareFolder();
  const { folder } = spare;
  const body = (token: string, place: string, time: string) =>
    json({ system: `You are in ${place}. It is ${time}.`, key: token, metadata: { user_id: time } });
  await using live = await aGateway({ tape: { mode: "record", folder } });
  const pass = await live.gateway.open({ key: "moved", directory: "/tmp/one" });
  live.upstream.script = ({ headers }, response) => response.end(json(headers));
  await ask(pass, "anthropic", { body: body(tokenOf(pass), "/tmp/one", "2026-11-26") });
  await pass.close();
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => name.endsWith(".json"));
  const all = (await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))).join();
  expect(all).toContain("You are in /trial");
  for (const secret of [tokenOf(pass), ...Object.values(keys)]) expect(all).not.toContain(secret);

  await using again = await aGateway({ ...offline, tape: { mode: "replay", folder } });
  await using other = await again.gateway.open({ key: "moved", directory: "/tmp/two" });
  const late = "2027-01-01T10:20:30.5Z";
  const turned = JSON.parse(body(tokenOf(other), "/tmp/two", late)) as object;
  const reversed = Object.fromEntries(Object.entries(turned).reverse());
  expect((await ask(other, "anthropic", { body: json(reversed) })).status).toBe(200);
});

test("what was not recorded is an error that says so, and not the agent's", async () => {
  await using spare = await aSpareFolder();
  const { folder } = spare;
  await using live = await aGateway({ tape: { mode: "record", folder } });
  await ask(live.pass, "openai", { path: paths.openai, body: json({ say: "this" }) });
  await live.pass.close();
  await using again = await aGateway({ ...offline, tape: { mode: "replay", folder } });
  const same = { path: paths.openai, body: json({ say: "this" }) };
  await using other = await again.gateway.open({ key: "trial-2", directory: "/nowhere" });
  for (const [pass, wanted] of [
    [again.pass, { ...same, body: json({ say: "that" }) }],
    [other, same],
  ] as const) {
    const { status, body } = await ask(pass, "openai", wanted);
    expect([status, body]).toEqual([424, expect.stringContaining("has no answer to this POST")]);
    expect(pass.excuse(false)).toEqual({
      reason: expect.stringContaining(`Record it again with --record ${folder}`),
      passing: false,
    });
  }
});

test("a trial that is recorded again leaves nothing of its earlier recording", async () => {
  await using spare = await aSpareFolder();
  const { folder } = spare;
  await using live = await aGateway({ tape: { mode: "record", folder } });
  for (const body of ["one", "two"]) {
    await using pass = await live.gateway.open({ key: "again", directory: "/nowhere" });
    await ask(pass, "anthropic", { body });
  }
  expect(await readdir(join(folder, "again"))).toHaveLength(1);
});

test("an agent that hung up hears as much again", async () => {
  await using spare = await aSpareFolder();
  const { folder } = spare;
  await using live = await aGateway({ tape: { mode: "record", folder } });
  live.upstream.script = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(spoken.anthropic[0]);
  };
  const { begin } = await import("./support.ts");
  const request = begin(live.pass, "anthropic", {}).on("error", () => undefined);
  request.on("response", (response) => response.once("data", () => request.destroy()));
  await new Promise((resolve) => request.on("close", resolve));
  await live.pass.close();
  await using again = await aGateway({ ...offline, tape: { mode: "replay", folder } });
  expect((await ask(again.pass, "anthropic", {})).body).toBe(spoken.anthropic[0]);
});

test("a folder without a recording, or with something else, is refused with what to do", async () => {
  await using spare = await aSpareFolder();
  const { folder } = spare;
  const replay = () => aGateway({ ...offline, tape: { mode: "replay", folder } });
  await expect(replay()).rejects.toMatchObject({
    code: "not-found",
    message: expect.stringContaining(`Make one with --record ${folder}`),
  });
  const { writeFile } = await import("node:fs/promises");
  await writeFile(join(folder, "recording.json"), json({ version: 99 }));
  await expect(replay()).rejects.toMatchObject({ code: "invalid" });
});
