import { buildRouteMap } from '@stricli/core';
import { upload } from './upload.ts';

/** `dormouse media …` */
export const media = buildRouteMap({ docs: { brief: 'Uploads pictures' }, routes: { upload } });
