import type { Asked } from "./providers/dialect.ts";
import { agentConfig, aTask, type Files } from "./repository.ts";

/** The answer and the points that a judge is asked about. */
export function questionIn({ turns }: Pick<Asked, "turns">): { answer: string; points: string[] } {
  const text = turns[0]!.content;
  const [, , answer = ""] = /## The answer\n\n(~+)\n([^]*?)\n\1\n/.exec(text) ?? [];
  const list = text.split("## The points")[1]!;
  return { answer, points: [...list.matchAll(/^\d+\. (.*)$/gm)].map(([, says]) => says!) };
}

export const rulings = (holds: readonly boolean[]) =>
  JSON.stringify({ points: holds.map((each, i) => ({ point: i + 1, reason: "So it is.", holds: each })) });

/** A judge that finds a point true of some answers. */
export const judgeThat =
  (holds: (answer: string, point: string) => boolean) =>
  (asked: Pick<Asked, "turns">): string => {
    const { answer, points } = questionIn(asked);
    return rulings(points.map((point) => holds(answer, point)));
  };

/** One that sees what is there. */
export const honest = judgeThat((answer) => /\byes\b/.test(answer));

export const says = { type: "rubric", points: ["It says yes."] };

export const rubricWords = [
  "apple",
  "bread",
  "cheese",
  "dates",
  "eggs",
  "figs",
  "grapes",
  "honey",
  "ice",
  "jam",
];

/** The small agent's bank, judged by a model; without `judge` none is named. */
export function judgedBank(judge: string | undefined, evaluate: object = {}): Files {
  const named = { ...agentConfig.evaluate, ...(judge === undefined ? {} : { judge }), ...evaluate };
  return {
    ".kira-improve.json": JSON.stringify({ ...agentConfig, evaluate: named }, null, 2),
    ...Object.assign({}, ...rubricWords.map((word) => aTask(word, { criteria: [says] }))),
  };
}

/** Answers to a task as a person has labelled them: so many right ones and so many wrong ones. */
export function someLabels(right: number, wrong: number): string {
  const line = (answer: string, holds: boolean) =>
    JSON.stringify({ task: "knows-apple", answer, points: [holds] });
  return [
    ...Array.from({ length: right }, (_, i) => line(`yes, said ${i} times`, true)),
    ...Array.from({ length: wrong }, (_, i) => line(`no, said ${i} times`, false)),
  ].join("\n");
}
