import type { Uri } from 'vscode';
import type { UpscaleResult } from '../../shared/engineProtocol';

export const UPSCALE_IMAGE_COMMAND = 'pisaUpscale.upscaleImage';
export const COMPARE_COMMAND = 'pisaUpscale.compare';
export const SHOW_DEVICES_COMMAND = 'pisaUpscale.showDevices';
export const SHOW_LOG_COMMAND = 'pisaUpscale.showLog';

/** The original, the result, and how the result was made when that is known. */
export type CompareArguments = readonly [original: Uri, result: Uri, made?: UpscaleResult | undefined];
