import { NamePatternError, OutputNameError } from './naming';
import { SizeError } from './outputSize';
import { phrase } from './phrase';
import { RpcError } from './rpc';

/**
 * What is wrong with a size or a name that was asked for, with its code and what to do; any other error
 * stays as it is.
 */
export function wishError(error: unknown): unknown {
  if (error instanceof SizeError)
    return new RpcError({
      code: 'bad-setting',
      message: error.words,
      hint: phrase`Choose a smaller size.`,
    });
  if (error instanceof OutputNameError)
    return new RpcError({
      code: 'output-name',
      message: error.words,
      hint: phrase`Rename the source, or choose the result's name yourself.`,
      remedies: [{ kind: 'change-setting', setting: 'namePattern' }],
    });
  if (error instanceof NamePatternError)
    return new RpcError({
      code: 'bad-setting',
      message: error.words,
      remedies: [{ kind: 'change-setting', setting: 'namePattern' }],
    });
  return error;
}
