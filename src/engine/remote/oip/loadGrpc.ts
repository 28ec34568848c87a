import type * as grpcModule from '@grpc/grpc-js';

export type Grpc = typeof grpcModule;

/** Loads the library, a bundle of its own, when the first server speaks gRPC. */
export async function loadGrpc(): Promise<Grpc> {
  const loaded: Grpc & { readonly default?: Grpc } = await import('@grpc/grpc-js');
  return loaded.default ?? loaded;
}
