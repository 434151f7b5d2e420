/** `+0.12`, with a real minus sign. */
export const gain = (x: number | null): string =>
  x === null ? "–" : `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}`;

export const score = (x: number | null): string => (x === null ? "–" : x.toFixed(3));

export const share = (x: number | null): string => (x === null ? "–" : `${Math.round(100 * x)} %`);

export const interval = (range: readonly [number, number] | null): string =>
  range === null ? "–" : `${gain(range[0])} to ${gain(range[1])}`;

/** `2026-01-31 09:30`, in UTC. */
export const moment = (timestamp: string): string => timestamp.slice(0, 16).replace("T", " ");

export const dollars = (usd: number): string => (usd === 0 ? "nothing" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`);

export const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
