/** A source of numbers in [0, 1). */
export type Random = () => number;

/** One number from the standard normal distribution (Box and Muller, 1958). */
export function normalFrom(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** One number from Beta(a, b); a shape of 0 puts all weight on its end. */
export function betaFrom(random: Random, a: number, b: number): number {
  const [x, y] = [gammaFrom(random, a), gammaFrom(random, b)];
  return x / (x + y);
}

/** One number from the gamma distribution of that shape and scale 1 (Marsaglia and Tsang, 2000). */
function gammaFrom(random: Random, shape: number): number {
  if (shape <= 0) return 0;
  if (shape < 1) return gammaFrom(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normalFrom(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < x * x * 0.5 + d * (1 - v + Math.log(v))) return d * v;
  }
}
