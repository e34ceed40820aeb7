import type { KnownBlock, ModalView } from '@slack/types';
import { context, paragraph, plainText } from '../blocks.ts';

/** Slack's longest title of a modal, and of its buttons. */
const titleLength = 24;

export interface FormParts {
  title: string;
  blocks: KnownBlock[];
  /** Tells the form when it comes back; without it there is nothing to send. */
  callbackId?: string;
  /** Ids only: it is visible outside. */
  metadata?: string;
  submit?: string;
  close?: string;
}

export function modal({ title, blocks, callbackId, metadata, submit, close = 'Close' }: FormParts): ModalView {
  return {
    type: 'modal',
    title: plainText(title, titleLength),
    close: plainText(close, titleLength),
    ...(submit === undefined ? {} : { submit: plainText(submit, titleLength) }),
    ...(callbackId === undefined ? {} : { callback_id: callbackId }),
    ...(metadata === undefined ? {} : { private_metadata: metadata }),
    blocks,
  };
}

/** Opened within Slack's three seconds, until the form is there. */
export function loadingForm(title: string): ModalView {
  return modal({ title, blocks: [paragraph('Looking it up...')] });
}

export function savingForm(): ModalView {
  return modal({ title: 'Saving...', blocks: [paragraph('Saving...')] });
}

/** Something broke, and what was filled in is not at hand any more. */
export function failedForm(said: string): ModalView {
  return modal({ title: 'Not saved', blocks: [paragraph(said), context('Nothing was changed.')] });
}

/** A short word to whoever opened a form that is not for them, or that is done. */
export function saidForm(title: string, lines: readonly string[]): ModalView {
  return modal({ title, blocks: lines.map(paragraph) });
}
