import { phrase } from '../../../shared/phrase';

/** For a file that lacks nothing but its end mark. */
export const NO_END_MARK = phrase`The file has no end mark, as if it were cut off; its decoder found nothing else missing.`;

/** For pixels whose number of a color the file has no color for. */
export const NO_COLOUR = phrase`Some pixels have a color that the file's color table lacks; its decoder makes one up, mostly black.`;
