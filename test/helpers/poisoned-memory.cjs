/**
 * Preloaded into a process and its threads: memory that is freed or handed on is filled with a pattern and stays readable. Whoever still
 * reads it then reads the pattern, and not nothing or, worse, what happens to lie there.
 */
'use strict';
const { MessagePort, Worker, parentPort } = require('node:worker_threads');

const PATTERN = 0xdb;

function poison(buffer) {
  new Uint8Array(buffer).fill(PATTERN);
}

const transfer = ArrayBuffer.prototype.transfer;
ArrayBuffer.prototype.transfer = function (length) {
  if (length !== 0) return transfer.call(this, length);
  poison(this);
  return new ArrayBuffer(0);
};

/** What is handed on is copied for the other side, and poisoned here. */
function poisonAfter(post) {
  return function (message, list) {
    const buffers = (Array.isArray(list) ? list : []).filter((item) => item instanceof ArrayBuffer);
    const others = (Array.isArray(list) ? list : []).filter((item) => !(item instanceof ArrayBuffer));
    post.call(this, message, others);
    for (const buffer of buffers) poison(buffer);
  };
}

MessagePort.prototype.postMessage = poisonAfter(MessagePort.prototype.postMessage);
Worker.prototype.postMessage = poisonAfter(Worker.prototype.postMessage);
if (parentPort !== null && Object.hasOwn(parentPort, 'postMessage')) {
  parentPort.postMessage = poisonAfter(parentPort.postMessage);
}
