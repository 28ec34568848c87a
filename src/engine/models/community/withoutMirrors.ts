import { RpcError } from '../../../shared/rpc';

/** The setting of mirrors is PiSA-SR's: it has no say in where another model comes from. */
export function withoutMirrors(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  const { remedies = [], ...value } = error.toValue();
  return new RpcError({
    ...value,
    remedies: remedies.filter(
      (one) => one.kind !== 'change-setting' || one.setting !== 'pisaSrMirrors',
    ),
  });
}
