// A small S3 client over the JavaScript SDK with its defaults, for the end-to-end tests.
// Address and credentials come from the SDK's own environment variables.
// usage: node s3.mjs make-bucket BUCKET | put BUCKET KEY FILE | get BUCKET KEY FILE | list BUCKET PREFIX | delete BUCKET KEY
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import {
  CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, S3Client, paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

const client = new S3Client({ forcePathStyle: true });

const commands = {
  "make-bucket": (Bucket) => client.send(new CreateBucketCommand({ Bucket })),

  // lib-storage sends one PutObject for what fits into one part, else a multipart upload.
  put: (Bucket, Key, file) => new Upload({ client, params: { Bucket, Key, Body: createReadStream(file) } }).done(),

  get: async (Bucket, Key, file) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    await pipeline(Body, createWriteStream(file));
  },

  list: async (Bucket, Prefix) => {
    const keys = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      keys.push(...(page.Contents ?? []).map((entry) => entry.Key));
    }
    console.log(JSON.stringify(keys));
  },

  delete: (Bucket, Key) => client.send(new DeleteObjectCommand({ Bucket, Key })),
};

const [command, ...parameters] = process.argv.slice(2);
try {
  await commands[command](...parameters);
} catch (error) {
  console.error(`${error.name}: ${error.message} (HTTP ${error.$metadata?.httpStatusCode})`);
  process.exit(1);
}
