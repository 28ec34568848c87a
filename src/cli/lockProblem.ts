import { RecordsError } from '../batch/records';
import { named } from '../files/systemError';
import { RpcError } from '../shared/rpc';

/** What happens to results without the lock that can't be used. */
const WITHOUT_LOCK =
  'Without it, results that are there are left alone; a run with --force makes them again.';

/** What is wrong with a lock, with what to do on the command line; any other error as it is told. */
export function lockProblem(error: unknown): RpcError {
  if (!(error instanceof RecordsError)) return RpcError.from(named(error));
  return new RpcError({
    code: 'bad-setting',
    message: error.isRemovable ? `${error.message} ${WITHOUT_LOCK}` : error.message,
  });
}
