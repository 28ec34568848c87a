// UI tests whose workbenches differ by their settings alone, as one process, in which they share one
// with a window for each.
import './uiBatchKill.test.mjs';
import './uiWords.test.mjs';
import './uiTrust.test.mjs';
import './uiCommunity.test.mjs';
import './uiRemote.test.mjs';
import './uiRevisions.test.mjs';
