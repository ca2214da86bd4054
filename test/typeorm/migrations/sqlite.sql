-- KiccRevision1790000000001: up
CREATE TABLE "kicc_revision" ("sequence" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "pg_cno" varchar(20) NOT NULL, "open_pg_cno" varchar(20), "status" varchar(16) NOT NULL, "version" integer NOT NULL, "accepted_at" bigint NOT NULL, "settled_at" bigint, "next_check_at" bigint, "lease_until" bigint, "written_by" varchar(36) NOT NULL, "state" text NOT NULL, CONSTRAINT "CHK_kicc_revision_open" CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)));
CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "kicc_revision" ("mall_id", "shop_transaction_id") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ;
CREATE INDEX "IX_kicc_revision_payment" ON "kicc_revision" ("mall_id", "pg_cno") ;
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ;

-- KiccRevision1790000000001: down
DROP INDEX "IX_kicc_revision_payment";
DROP INDEX "UQ_kicc_revision_id";
DROP INDEX "UQ_kicc_revision_open";
DROP INDEX "IX_kicc_revision_due";
DROP TABLE "kicc_revision";

-- KiccBulk1790000000002: up
CREATE TABLE "kicc_bulk" ("bulk_id" varchar(64) PRIMARY KEY NOT NULL, "status" varchar(16) NOT NULL, "created_at" bigint NOT NULL, "digest" varchar(64) NOT NULL);
CREATE TABLE "kicc_bulk_row" ("bulk_id" varchar(64) NOT NULL, "place" integer NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "state" varchar(16) NOT NULL, "due_at" bigint, "attempts" integer NOT NULL, "version" integer NOT NULL, "body" text NOT NULL, PRIMARY KEY ("bulk_id", "place"));
CREATE INDEX "IX_kicc_bulk_row_due" ON "kicc_bulk_row" ("due_at") ;

-- KiccBulk1790000000002: down
DROP INDEX "IX_kicc_bulk_row_due";
DROP TABLE "kicc_bulk_row";
DROP TABLE "kicc_bulk";

-- KiccNotification1790000000003: up
CREATE TABLE "kicc_notification" ("event_key" varchar(64) PRIMARY KEY NOT NULL, "noti_type" varchar(2) NOT NULL, "mall_id" varchar(8) NOT NULL, "pg_cno" varchar(20) NOT NULL, "handled_at" bigint NOT NULL, "written_by" varchar(36) NOT NULL);
ALTER TABLE "kicc_revision" ADD COLUMN "attention" varchar(16);
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ;

-- KiccNotification1790000000003: down
DROP INDEX "IX_kicc_revision_attention";
ALTER TABLE "kicc_revision" DROP COLUMN "attention";
DROP TABLE "kicc_notification";

-- KiccQueryDay1790000000004: up
ALTER TABLE "kicc_revision" ADD COLUMN "cancel_req_date" varchar(8);
UPDATE "kicc_revision" SET cancel_req_date = json_extract(state, '$.cancelReqDate') WHERE open_pg_cno IS NOT NULL;

-- KiccQueryDay1790000000004: down
ALTER TABLE "kicc_revision" DROP COLUMN "cancel_req_date";

-- KiccReview1790000000005: up
INSERT INTO sqlite_sequence (name, seq) SELECT 'kicc_revision before its copy', seq FROM sqlite_sequence WHERE name = 'kicc_revision';
DROP INDEX "IX_kicc_revision_attention";
DROP INDEX "IX_kicc_revision_due";
DROP INDEX "IX_kicc_revision_payment";
DROP INDEX "UQ_kicc_revision_open";
DROP INDEX "UQ_kicc_revision_id";
CREATE TABLE "temporary_kicc_revision" ("sequence" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "pg_cno" varchar(20) NOT NULL, "open_pg_cno" varchar(20), "status" varchar(16) NOT NULL, "version" integer NOT NULL, "accepted_at" bigint NOT NULL, "settled_at" bigint, "next_check_at" bigint, "lease_until" bigint, "written_by" varchar(36) NOT NULL, "state" text NOT NULL, "attention" varchar(16), "cancel_req_date" varchar(8));
INSERT INTO "temporary_kicc_revision"("sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date") SELECT "sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date" FROM "kicc_revision";
DROP TABLE "kicc_revision";
ALTER TABLE "temporary_kicc_revision" RENAME TO "kicc_revision";
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ;
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ;
CREATE INDEX "IX_kicc_revision_payment" ON "kicc_revision" ("mall_id", "pg_cno") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "kicc_revision" ("mall_id", "shop_transaction_id") ;
DROP INDEX "IX_kicc_revision_attention";
DROP INDEX "IX_kicc_revision_due";
DROP INDEX "IX_kicc_revision_payment";
DROP INDEX "UQ_kicc_revision_open";
DROP INDEX "UQ_kicc_revision_id";
CREATE TABLE "temporary_kicc_revision" ("sequence" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "pg_cno" varchar(20) NOT NULL, "open_pg_cno" varchar(20), "status" varchar(16) NOT NULL, "version" integer NOT NULL, "accepted_at" bigint NOT NULL, "settled_at" bigint, "next_check_at" bigint, "lease_until" bigint, "written_by" varchar(36) NOT NULL, "state" text NOT NULL, "attention" varchar(16), "cancel_req_date" varchar(8), CONSTRAINT "CHK_kicc_revision_open" CHECK (status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL));
INSERT INTO "temporary_kicc_revision"("sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date") SELECT "sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date" FROM "kicc_revision";
DROP TABLE "kicc_revision";
ALTER TABLE "temporary_kicc_revision" RENAME TO "kicc_revision";
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ;
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ;
CREATE INDEX "IX_kicc_revision_payment" ON "kicc_revision" ("mall_id", "pg_cno") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "kicc_revision" ("mall_id", "shop_transaction_id") ;
DELETE FROM sqlite_sequence WHERE name = 'kicc_revision';
UPDATE sqlite_sequence SET name = 'kicc_revision' WHERE name = 'kicc_revision before its copy';

-- KiccReview1790000000005: down
UPDATE "kicc_revision" SET open_pg_cno = NULL WHERE status IN ('succeeded', 'declined');
INSERT INTO sqlite_sequence (name, seq) SELECT 'kicc_revision before its copy', seq FROM sqlite_sequence WHERE name = 'kicc_revision';
DROP INDEX "IX_kicc_revision_attention";
DROP INDEX "IX_kicc_revision_due";
DROP INDEX "UQ_kicc_revision_open";
DROP INDEX "UQ_kicc_revision_id";
DROP INDEX "IX_kicc_revision_payment";
CREATE TABLE "temporary_kicc_revision" ("sequence" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "pg_cno" varchar(20) NOT NULL, "open_pg_cno" varchar(20), "status" varchar(16) NOT NULL, "version" integer NOT NULL, "accepted_at" bigint NOT NULL, "settled_at" bigint, "next_check_at" bigint, "lease_until" bigint, "written_by" varchar(36) NOT NULL, "state" text NOT NULL, "attention" varchar(16), "cancel_req_date" varchar(8));
INSERT INTO "temporary_kicc_revision"("sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date") SELECT "sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date" FROM "kicc_revision";
DROP TABLE "kicc_revision";
ALTER TABLE "temporary_kicc_revision" RENAME TO "kicc_revision";
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ;
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "kicc_revision" ("mall_id", "shop_transaction_id") ;
CREATE INDEX "IX_kicc_revision_payment" ON "kicc_revision" ("mall_id", "pg_cno") ;
DROP INDEX "IX_kicc_revision_attention";
DROP INDEX "IX_kicc_revision_due";
DROP INDEX "UQ_kicc_revision_open";
DROP INDEX "UQ_kicc_revision_id";
DROP INDEX "IX_kicc_revision_payment";
CREATE TABLE "temporary_kicc_revision" ("sequence" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "pg_cno" varchar(20) NOT NULL, "open_pg_cno" varchar(20), "status" varchar(16) NOT NULL, "version" integer NOT NULL, "accepted_at" bigint NOT NULL, "settled_at" bigint, "next_check_at" bigint, "lease_until" bigint, "written_by" varchar(36) NOT NULL, "state" text NOT NULL, "attention" varchar(16), "cancel_req_date" varchar(8), CONSTRAINT "CHK_kicc_revision_open" CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)));
INSERT INTO "temporary_kicc_revision"("sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date") SELECT "sequence", "mall_id", "shop_transaction_id", "pg_cno", "open_pg_cno", "status", "version", "accepted_at", "settled_at", "next_check_at", "lease_until", "written_by", "state", "attention", "cancel_req_date" FROM "kicc_revision";
DROP TABLE "kicc_revision";
ALTER TABLE "temporary_kicc_revision" RENAME TO "kicc_revision";
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ;
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "kicc_revision" ("mall_id", "shop_transaction_id") ;
CREATE INDEX "IX_kicc_revision_payment" ON "kicc_revision" ("mall_id", "pg_cno") ;
DELETE FROM sqlite_sequence WHERE name = 'kicc_revision';
UPDATE sqlite_sequence SET name = 'kicc_revision' WHERE name = 'kicc_revision before its copy';

-- KiccBulkRevision1790000000006: up
CREATE INDEX "IX_kicc_bulk_row_revision" ON "kicc_bulk_row" ("shop_transaction_id") ;

-- KiccBulkRevision1790000000006: down
DROP INDEX "IX_kicc_bulk_row_revision";

-- KiccPartialIndices1790000000007: up
BEGIN TRANSACTION;
DROP INDEX "UQ_kicc_revision_open";
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") WHERE open_pg_cno IS NOT NULL;
DROP INDEX "IX_kicc_revision_due";
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") WHERE next_check_at IS NOT NULL;
DROP INDEX "IX_kicc_revision_attention";
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") WHERE attention IS NOT NULL;
CREATE INDEX "IX_kicc_revision_open" ON "kicc_revision" ("sequence") WHERE open_pg_cno IS NOT NULL;
COMMIT;

-- KiccPartialIndices1790000000007: down
BEGIN TRANSACTION;
DROP INDEX "IX_kicc_revision_open";
DROP INDEX "UQ_kicc_revision_open";
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ;
DROP INDEX "IX_kicc_revision_due";
CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ;
DROP INDEX "IX_kicc_revision_attention";
CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ;
COMMIT;

-- KiccBulkDue1790000000008: up
CREATE INDEX "IX_kicc_bulk_row_mall_due" ON "kicc_bulk_row" ("mall_id", "due_at", "place") ;
DROP INDEX "IX_kicc_bulk_row_due";

-- KiccBulkDue1790000000008: down
CREATE INDEX "IX_kicc_bulk_row_due" ON "kicc_bulk_row" ("due_at") ;
DROP INDEX "IX_kicc_bulk_row_mall_due";

-- KiccAccepted1790000000009: up
CREATE INDEX "IX_kicc_revision_accepted" ON "kicc_revision" ("accepted_at", "sequence", "status", "settled_at", "mall_id") ;

-- KiccAccepted1790000000009: down
DROP INDEX "IX_kicc_revision_accepted";
