import type { InstallableModel } from '../../../shared/installableModels';
import { remediesOf, type RemedyKind } from '../../../shared/remedies';
import { RpcError } from '../../../shared/rpc';

/** Advice that means another thing for each model. */
const ABOUT_A_MODEL: ReadonlySet<RemedyKind> = new Set<RemedyKind>([
  'accept-licences',
  'accept-unverified',
  'allow-http',
  'import-model',
  'install-model',
]);

/** The same error, whose advice names the model that it is about. */
export function aboutModel(error: unknown, model: InstallableModel): RpcError {
  const failure = RpcError.from(error);
  const remedies = remediesOf(failure).map((remedy) =>
    ABOUT_A_MODEL.has(remedy.kind) ? { ...remedy, model } : remedy,
  );
  return new RpcError({ ...failure.toValue(), remedies });
}

/** Does the work; its errors are about `model`. */
export async function forModel<T>(model: InstallableModel, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw aboutModel(error, model);
  }
}
