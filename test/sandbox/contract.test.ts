import { messageOf } from "../../src/domain/errors.ts";
import { sandboxes } from "../../src/sandbox/index.ts";
import { promisesOfASandbox } from "../contracts/sandbox.ts";

const host = { searchPath: process.env["PATH"] ?? "", repository: process.cwd() };

for (const create of Object.values(sandboxes)) {
  const sandbox = create(host);
  const reason = await sandbox.check().then(() => undefined, messageOf);
  promisesOfASandbox(sandbox, reason);
}
