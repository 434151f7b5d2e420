import { configFile } from "../domain/config.ts";
import type { Initialised } from "../loop/init.ts";

export function renderInit({
  preset,
  configWritten,
  configCommitted,
  production,
  node,
  hook,
  index,
}: Initialised): string {
  const lines = [
    configWritten
      ? `Wrote ${configFile} for the ${preset} layout.`
      : `${configFile} is there and stays as it is.`,
    node
      ? `${node.tag} is planted on ${production} at ${node.commit.slice(0, 10)}.`
      : "The accepted states came with the clone; what is known of them comes with: kira-improve sync",
    hook.kind === "manual"
      ? `Your hooks folder belongs to another tool. Add this line to its post-commit hook:\n  ${hook.line}`
      : `The post-commit hook is in place${hook.chained ? "; the one you had is called by it" : ""}.`,
    `The index is ${index}; git ignores it.`,
  ];
  const next = configCommitted
    ? "Next: kira-improve log --task … --outcome failure --category …"
    : `Next: look at ${configFile}, name your agent's command in it, and commit it:\n  git add ${configFile} && git commit -m "chore: set up kira-improve"`;
  return [...lines, "", next].join("\n");
}
