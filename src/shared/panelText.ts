/**
 * Names of the texts that the comparison panel shows. The extension translates them all and hands them over with the page. In some,
 * `{0}`, `{1}` … are filled in by the webview.
 */
export type ViewText =
  | 'title' | 'modes' | 'divider' | 'dividerTip' | 'side' | 'sideTip' | 'hold' | 'holdTip' | 'difference' | 'differenceTip' | 'map'
  | 'mapTip' | 'mapMissing' | 'zoom' | 'zoomLevel' | 'zoomOut' | 'zoomIn' | 'zoomFit' | 'zoomActual' | 'display' | 'checkerboard'
  | 'originalPixels' | 'loupe' | 'stage' | 'dividerLabel' | 'dividerValue' | 'picturePreview' | 'original' | 'upscaled' | 'pinnedA'
  | 'differenceOf' | 'onUpscaled' | 'holdHintOriginal' | 'holdHintA' | 'legendMap' | 'legendVisible' | 'legendDifference' | 'legendNone'
  | 'legendStart' | 'legendFull' | 'legendLevels' | 'pixelAt';

export type GuidanceText =
  | 'settings' | 'guidance' | 'aboutPad' | 'aboutPadTip' | 'undo' | 'redo' | 'reset' | 'resetTip' | 'pad' | 'padOneDial' | 'padRole'
  | 'padValue' | 'padValueOneDial' | 'padBottomLeft' | 'padBottomRight' | 'padTopLeft' | 'padTopRight' | 'pixelDial' | 'pixelDialTip'
  | 'semanticDial' | 'semanticDialTip' | 'dialNumber' | 'dialMissing' | 'oneDial' | 'presets' | 'faithful' | 'balanced' | 'full' | 'vivid'
  | 'auto' | 'autoTip' | 'autoLater';

export type FigureText =
  | 'honesty' | 'consistency' | 'consistencyTip' | 'same' | 'drifting' | 'drifted' | 'decibels' | 'consistencySpoken' | 'invented'
  | 'inventedTip' | 'none' | 'some' | 'much' | 'percent' | 'inventedSpoken' | 'unknown' | 'afterRun' | 'oneDialUnknown' | 'notKnown';

export type OutputText =
  | 'output' | 'model' | 'scale' | 'format' | 'formatSource' | 'size' | 'file' | 'fileTip' | 'ab' | 'pin' | 'pinTip' | 'compareWith'
  | 'pinnedTip' | 'pinnedAbsent' | 'swap' | 'unpin' | 'upscaleSelected' | 'upscaleSelectedTip' | 'save' | 'saveTip' | 'cancel' | 'saveMore'
  | 'saveActions' | 'saveAs' | 'saveAsKeys' | 'overwrite' | 'copySettings' | 'useForWorkspace';

export type StateText =
  | 'starting' | 'upscaling' | 'tileOf' | 'saving' | 'secondsLeft' | 'minutesLeft' | 'seconds' | 'chipTip' | 'approximate' | 'refining'
  | 'announceStart' | 'announceHalf' | 'announceDone' | 'announcePinned' | 'announceCopied' | 'announceWorkspace' | 'saved'
  | 'failedPreview' | 'failedSave' | 'failedInit' | 'failedAction' | 'cancelledTitle' | 'cancelledText' | 'badAnswer' | 'noModels'
  | 'tryProcessor' | 'tryAgain' | 'showLog' | 'dismiss' | 'sourceChanged' | 'refresh' | 'keep';

export type PanelStrings = Readonly<Record<ViewText | GuidanceText | FigureText | OutputText | StateText, string>>;
