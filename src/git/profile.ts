// What a model wrote may carry configuration that runs programs: none of it is honoured.
export const foreignSettings = Object.entries({
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.symlinks": "false",
  "core.autocrlf": "false",
  "core.attributesFile": "/dev/null",
  "core.protectHFS": "true",
  "core.protectNTFS": "true",
  "safe.bareRepository": "explicit",
  "submodule.recurse": "false",
  "protocol.allow": "never",
  "gc.auto": "0",
  "maintenance.auto": "false",
}).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
export const foreignEnvironment = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
};

/** Variables such as GIT_DIR, set when a hook calls us, would send git elsewhere. */
export function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = /^GIT_(AUTHOR|COMMITTER|SSH|ASKPASS|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))/;
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith("GIT_") || kept.test(name)),
  );
}
