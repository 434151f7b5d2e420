import { atMost, compare, interleave, median, type Row } from "./measure.ts";
import { Place } from "./place.ts";

const runs = 81;

/** What the post-commit hook adds to a commit. */
export async function hook(): Promise<Row[]> {
  using place = new Place();
  const commit = (run: number) => ["commit", "--quiet", "--allow-empty", `--message=commit ${run}`];
  const times = interleave(runs, {
    without: (run) => place.git("-c", "core.hooksPath=/dev/null", ...commit(run)),
    with: (run) => place.git(...commit(run)),
  });
  return [
    atMost({
      name: "what the hook adds to git commit",
      value: compare(times.with, times.without).difference,
      unit: "ms",
      target: 4,
      beside: `a commit without it takes ${median(times.without).toFixed(1)} ms; median of ${runs} pairs`,
    }),
  ];
}
