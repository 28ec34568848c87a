import { WordedError } from '../../shared/phrase';

/**
 * Why a checkpoint can't be built as a network: completes "The file can't be used: …". Whoever
 * builds turns it into an error with the file's name.
 */
export class UnsupportedNetwork extends WordedError {}
