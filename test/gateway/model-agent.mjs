// An agent that asks a model, by what its environment says of it, and gives up when it is not answered.
import { readFileSync } from "node:fs";

const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key } = process.env;
const system = ["AGENTS.md", "skills/lessons.md"].map((file) => readFileSync(file, "utf8")).join("\n");
const body = JSON.stringify({ model: "claude-test-1", system, prompt: readFileSync(0, "utf8") });
const headers = { "x-api-key": key, "content-type": "application/json" };
const answer = await fetch(`${url}/v1/messages`, { method: "POST", headers, body });
if (!answer.ok) {
  console.error(answer.status, await answer.text());
  process.exit(1);
}
console.log((await answer.json()).content[0].text);
