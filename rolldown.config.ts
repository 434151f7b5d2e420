import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "rolldown";

/** The licences of what is bundled travel with the bundle. */
const licences: Plugin = {
  name: "licences",
  writeBundle({ dir }, bundle) {
    const modules = Object.values(bundle).flatMap((output) =>
      output.type === "chunk" ? output.moduleIds : [],
    );
    const folders = new Set(
      modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
    );
    const texts = [...folders].sort().map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find(
        (entry) => /^licen[cs]e/i.test(entry) && statSync(join(folder, entry)).isFile(),
      );
      return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : "No licence text is shipped with it."}\n`;
    });
    writeFileSync(join(dir!, "THIRD-PARTY-LICENCES.txt"), texts.join(`\n${"-".repeat(78)}\n\n`));
    chmodSync(join(dir!, "bin.js"), 0o755);
  },
};

/** Editors complete and check a configuration by this. */
const schema: Plugin = {
  name: "schema",
  async writeBundle({ dir }) {
    const { configJsonSchema } = await import("./src/domain/config.ts");
    writeFileSync(join(dir!, "config.schema.json"), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  },
};

/** The code of better-sqlite3 is bundled, fifteen files in one; its native part stays in the package it came with. */
const native: Plugin = {
  name: "native",
  transform: {
    filter: { id: /better-sqlite3[\\/]lib[\\/]binding\.js$/ },
    handler: (code) => code.replaceAll("__dirname", 'path.dirname(require.resolve("better-sqlite3"))'),
  },
};

export default defineConfig({
  input: { bin: "src/bin.ts", index: "src/index.ts" },
  platform: "node",
  plugins: [licences, schema, native],
  // With it isomorphic-git compresses through fetch, which takes 20 ms to load, and without it by itself.
  transform: { define: { CompressionStream: "undefined" } },
  output: {
    dir: "dist",
    format: "esm",
    cleanDir: true,
    minify: true,
    // What `log` runs comes in one file: finding and opening a module costs more than most of them hold.
    codeSplitting: { groups: [{ name: "core", test: /src[\\/](main|commands[\\/]log)\.ts$/ }] },
    chunkFileNames: "chunks/[name]-[hash].js",
    comments: { legal: false },
  },
});
