import { promisesOfAnAgent } from "../contracts/agent.ts";
import { agents } from "../../src/agents/index.ts";

const settings = { command: { command: ["node", "agent.js"] }, "claude-code": {}, codex: {} };

for (const use of Object.keys(agents) as (keyof typeof agents)[])
  promisesOfAnAgent(use, agents[use], settings[use]);
