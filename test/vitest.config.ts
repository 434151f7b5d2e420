import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    dir: "test",
    testTimeout: 60_000,
    // clipanion's ES build imports a directory, which only a bundler can resolve.
    server: { deps: { inline: ["clipanion"] } },
  },
});
