import { models, type ProviderName } from "../../src/models/index.ts";
import { promisesOfAModel } from "../contracts/model.ts";

for (const provider of Object.keys(models)) promisesOfAModel(provider as ProviderName);
