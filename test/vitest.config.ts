import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    testTimeout: 60_000,
    // Some set a whole place up; on a busy machine that takes its time.
    hookTimeout: 120_000,
    // clipanion's ES build imports a directory, which only a bundler can resolve.
    server: { deps: { inline: ["clipanion"] } },
  },
});
