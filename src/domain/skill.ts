import { parseDocument } from "yaml";
import { oneLine } from "./printable.ts";

const longestName = 64;
const longestDescription = 1024;

/**
 * Why no agent would load a SKILL.md; undefined for one that is fine, and for any other file. The format is that of
 * Agent Skills (agentskills.io).
 */
export function skillProblem(path: string, text: string): string | undefined {
  const [, folder] = /(?:^|\/)([^/]+)\/SKILL\.md$/.exec(path) ?? [];
  if (folder === undefined) return undefined;
  const problem = frontMatterProblem(text, folder);
  return problem && `${path} is no skill that an agent would load: ${problem}.`;
}

function frontMatterProblem(text: string, folder: string): string | undefined {
  const [, source] = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)(?:^|\n)---[ \t]*(?:\r?\n|$)/m.exec(text) ?? [];
  if (source === undefined || !/^\ufeff?---/.test(text))
    return "it has no front matter between two lines of ---";
  const document = parseDocument(source, { logLevel: "silent" });
  const [error] = document.errors;
  if (error) return `its front matter is not YAML (${oneLine(error.message.split("\n")[0]!, 120)})`;
  const name: unknown = document.get("name");
  if (typeof name !== "string" || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.length > longestName)
    return `its name has to be 1 to ${longestName} of a-z, 0-9 and single dashes`;
  if (name !== folder) return `its name is "${name}" and has to be "${folder}", like its folder's`;
  const description: unknown = document.get("description");
  if (typeof description !== "string" || description.trim() === "") return "it has no description";
  if (description.length > longestDescription)
    return `its description has ${description.length} characters, and ${longestDescription} are allowed`;
  return undefined;
}
