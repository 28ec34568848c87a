// UI tests that need no workbench of their own, as one process, in which they share one.
import './uiPanel.test.mjs';
import './ui.test.mjs';
import './uiBatch.test.mjs';
