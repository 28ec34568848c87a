import { after } from 'node:test';
import { closeBrowsers, keepBrowsers } from './browsers';

/** Where all files run as one, they share the browsers. */
keepBrowsers();
after(closeBrowsers);
