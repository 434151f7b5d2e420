import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { models, type ProviderName } from "../../src/models/index.ts";
import { aRequest, promisesOfAModel } from "../contracts/model.ts";
import { aModelServer, type Reply } from "../support/providers/model-server.ts";

const providers = Object.keys(models) as ProviderName[];
for (const provider of providers) promisesOfAModel(provider);

test.each(providers)(
  "a program that uses %s prints nothing that it does not say itself",
  async (provider) => {
    const replies: Reply[] = [
      { status: 500, body: "no JSON", headers: { "content-type": "text/plain", "retry-after": "0" } },
      { status: 503, body: "{", headers: { "retry-after": "0" } },
      { raw: "garbage" },
    ];
    await using server = await aModelServer(provider, { script: (_, count) => replies[count]! });
    const settings = { baseUrls: { [provider]: server.baseUrl }, prices: {}, environment: {} };
    const program = `
    import { openModel } from ${JSON.stringify(join(process.cwd(), "src/models/index.ts"))};
    const model = openModel("${provider}:some-model", ${JSON.stringify(settings)});
    await model.complete(${JSON.stringify(aRequest())}).catch(() => console.log("done"));`;
    const { stdout, stderr } = await execa(process.execPath, ["--input-type=module", "-e", program]);
    expect({ stdout, stderr }).toEqual({ stdout: "done", stderr: "" });
    expect(server.asked).toHaveLength(replies.length);
  },
);

test("the libraries are loaded with the first request: they take longer than most commands", () => {
  for (const file of readdirSync("src/models")) {
    const text = readFileSync(join("src/models", file), "utf8");
    expect(text).not.toMatch(/^import (?!type )[^;]*"(ollama|@anthropic-ai\/.*)";/m);
  }
});
