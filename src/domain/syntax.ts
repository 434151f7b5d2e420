import { parseAllDocuments } from "yaml";
import { oneLine } from "./printable.ts";

/** Why a file that has to be JSON or YAML is not; undefined for one that is, or that has another form. */
export function parseProblem(path: string, text: string): string | undefined {
  if (/\.json$/i.test(path)) return jsonProblem(path, text);
  return /\.ya?ml$/i.test(path) ? yamlProblem(path, text) : undefined;
}

function jsonProblem(path: string, text: string): string | undefined {
  try {
    JSON.parse(text.replace(/^\ufeff/, ""));
    return undefined;
  } catch (error) {
    return `${path} is not valid JSON: ${oneLine((error as Error).message, 160)}.`;
  }
}

function yamlProblem(path: string, text: string): string | undefined {
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  const [error] = documents.flatMap(({ errors }) => errors);
  return error && `${path} is not valid YAML: ${oneLine(error.message.split("\n")[0]!, 160)}.`;
}
