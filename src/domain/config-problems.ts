import { z } from "zod";
import { nearestOf } from "./nearest.ts";

/** What a person can do about a key or value that the schema does not accept. */
export function explain(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  const path = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") return [`${path || "the file"}: ${issue.message}`];
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => {
    const name = [...issue.path, key].join(".");
    const nearest = nearestOf(key, known);
    return `"${name}" is not a known key${nearest ? ` (did you mean "${nearest}"?)` : ` (known: ${known.join(", ")})`}`;
  });
}

/** The keys of the section that an issue's path leads to. */
function knownKeys(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  let schema: unknown = z.toJSONSchema(root, { io: "input" });
  for (const step of path) {
    const node = schema as {
      properties?: Record<string, unknown>;
      items?: unknown;
      additionalProperties?: unknown;
    };
    schema =
      (typeof step === "number"
        ? node.items
        : (node.properties?.[String(step)] ?? node.additionalProperties)) ?? {};
  }
  const { properties, propertyNames } = schema as {
    properties?: object;
    propertyNames?: { enum?: string[] };
  };
  return propertyNames?.enum ?? Object.keys(properties ?? {});
}
