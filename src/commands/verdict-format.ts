import { exitStatus, KiraError } from "../domain/errors.ts";
import type { Conclusion, VerdictKind } from "../domain/evaluation.ts";
import { renderJunit } from "../report/junit.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { renderVerdict } from "../report/verdict.ts";

export const statusOfVerdict: Record<VerdictKind, number> = {
  improved: 0,
  "not-improved": exitStatus.refused,
  regression: exitStatus.refused,
  inconclusive: exitStatus.inconclusive,
};

export const formatTexts = {
  markdown: "Print Markdown, for a pull request",
  junit: "Print JUnit XML, for a build server",
};

/** How a verdict is printed. @throws KiraError `invalid` for two ways at once */
export function formatOf(options: {
  readonly markdown: boolean;
  readonly junit: boolean;
  readonly json: boolean;
}): (title: string, conclusion: Conclusion, width: number) => string {
  const asked = (["json", "markdown", "junit"] as const).filter((name) => options[name]);
  if (asked.length > 1)
    throw new KiraError(
      "invalid",
      `${asked.map((name) => `--${name}`).join(" and ")} exclude each other. Choose one.`,
    );
  return options.markdown ? renderMarkdown : options.junit ? renderJunit : renderVerdict;
}
