import { KiraError } from "../../domain/errors.ts";

/**
 * A try at a proposal that came to nothing, and does not keep the next one from coming to something.
 * @throws the error, if it would stop the next one too: what is not there, or what the user has to approve first
 */
export function asMiss(error: unknown): KiraError {
  const about = error instanceof KiraError && !("approve" in error.details) ? error : undefined;
  if (about?.code === "inconclusive" || about?.code === "refused") return about;
  throw error;
}
