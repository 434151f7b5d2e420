import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../hostile/support.ts";
import {
  besidesAnalyses,
  configWith,
  everythingIn,
  everythingSettledIn,
  failuresAbout,
} from "../loop/support.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { agentConfig, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { type Trouble, troubles } from "./troubles.ts";

let repository: TestRepository;
beforeAll(async () => {
  repository = await anAgentRepository();
  await failuresAbout(repository, "dates", 6);
  await kiraJson({ folder: repository.folder }, "analyze");
});
afterAll(() => repository[Symbol.asyncDispose]());

async function configured(propose: object = {}): Promise<void> {
  await repository.write(configWith({ propose: { ...agentConfig.propose, ...propose } }));
  await repository.git("commit", "--all", "--allow-empty", "--quiet", "--message=propose");
}

/** What the terminal shows, without the ports of this machine's servers, numbers of analyses, and line breaks. */
const plain = (text: string) =>
  text
    .replace(/\bAnalysis \d+:/g, "Analysis 1:")
    .replace(/(127\.0\.0\.1):\d+/g, "$1:PORT")
    .replace(/\s+/g, " ")
    .trim();

/** The transcripts of the README: each begins with a command and says in a comment what is wrong. */
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const [, section = ""] = /^## Troubleshooting\n([^]*?)^## /m.exec(readme) ?? [];
const transcripts = [...section.matchAll(/^```console\n([^]*?)^```/gm)]
  .flatMap(([, block]) => block!.split(/^(?=\$ )/m))
  .map(plain);

const headOf = ({ args, what, status }: Trouble) =>
  `$ kira-improve ${args.join(" ")} # ${what}: exit ${status}`;

test("the README shows each of these troubles, and no other", () => {
  const heads = transcripts.map((text) => /^\$ .*?: exit \d/.exec(text)?.[0]);
  expect(heads.toSorted()).toEqual(troubles.map(headOf).toSorted());
});

describe.each(troubles)("$kind: $what", (trouble) => {
  const { kind, args, status, propose, now, mended } = trouble;
  const skipped = kind === "command" && missing !== "";

  test.skipIf(skipped)("ends as the README says, half makes nothing, and once mended works", async () => {
    await configured(propose);
    const before = await besidesAnalyses(everythingSettledIn(repository));
    const { folder } = repository;
    {
      await using place = await now();
      const said = await kira({ folder, env: place.env }, ...args);
      expect(said.status, said.stderr).toBe(status);
      expect(transcripts).toContain(plain(`${headOf(trouble)}\n${said.stdout}\n${said.stderr}`));
    }
    expect(await besidesAnalyses(everythingIn(repository))).toEqual(before);

    if (mended.propose) await configured(mended.propose);
    await using place = await mended.place();
    const model = mended.model ?? args[args.indexOf("--model") + 1]!;
    const again = await kira({ folder, env: place.env }, "propose", "--dry-run", "--model", model);
    expect([again.status, again.stdout]).toEqual([0, expect.stringContaining("+- dates")]);
  });
});
