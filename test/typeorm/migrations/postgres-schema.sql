-- KiccRevision1790000000001: up
CREATE TABLE "refunds"."kicc_revision" ("sequence" SERIAL NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "pg_cno" varchar(20) NOT NULL, "open_pg_cno" varchar(20), "status" varchar(16) NOT NULL, "version" int NOT NULL, "accepted_at" bigint NOT NULL, "settled_at" bigint, "next_check_at" bigint, "lease_until" bigint, "written_by" varchar(36) NOT NULL, "state" text NOT NULL, CONSTRAINT "CHK_kicc_revision_open" CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)), CONSTRAINT "PK_10f80430d21ed49688d37304f81" PRIMARY KEY ("sequence"));
CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "refunds"."kicc_revision"  ("mall_id", "shop_transaction_id") ;
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "refunds"."kicc_revision"  ("mall_id", "open_pg_cno") ;
CREATE INDEX "IX_kicc_revision_payment" ON "refunds"."kicc_revision"  ("mall_id", "pg_cno") ;
CREATE INDEX "IX_kicc_revision_due" ON "refunds"."kicc_revision"  ("next_check_at") ;

-- KiccRevision1790000000001: down
DROP INDEX "refunds"."UQ_kicc_revision_id";
DROP INDEX "refunds"."IX_kicc_revision_payment";
DROP INDEX "refunds"."UQ_kicc_revision_open";
DROP INDEX "refunds"."IX_kicc_revision_due";
DROP TABLE "refunds"."kicc_revision";

-- KiccBulk1790000000002: up
CREATE TABLE "refunds"."kicc_bulk" ("bulk_id" varchar(64) NOT NULL, "status" varchar(16) NOT NULL, "created_at" bigint NOT NULL, "digest" varchar(64) NOT NULL, CONSTRAINT "PK_cb19e203b4155e7d6e2b91a033d" PRIMARY KEY ("bulk_id"));
CREATE TABLE "refunds"."kicc_bulk_row" ("bulk_id" varchar(64) NOT NULL, "place" int NOT NULL, "mall_id" varchar(8) NOT NULL, "shop_transaction_id" varchar(60) NOT NULL, "state" varchar(16) NOT NULL, "due_at" bigint, "attempts" int NOT NULL, "version" int NOT NULL, "body" text NOT NULL, CONSTRAINT "PK_177a6010501eb815bc83f8ed793" PRIMARY KEY ("bulk_id", "place"));
CREATE INDEX "IX_kicc_bulk_row_due" ON "refunds"."kicc_bulk_row"  ("due_at") ;

-- KiccBulk1790000000002: down
DROP INDEX "refunds"."IX_kicc_bulk_row_due";
DROP TABLE "refunds"."kicc_bulk_row";
DROP TABLE "refunds"."kicc_bulk";

-- KiccNotification1790000000003: up
CREATE TABLE "refunds"."kicc_notification" ("event_key" varchar(64) NOT NULL, "noti_type" varchar(2) NOT NULL, "mall_id" varchar(8) NOT NULL, "pg_cno" varchar(20) NOT NULL, "handled_at" bigint NOT NULL, "written_by" varchar(36) NOT NULL, CONSTRAINT "PK_7226fa1e14bc9e53c659e507f54" PRIMARY KEY ("event_key"));
ALTER TABLE "refunds"."kicc_revision" ADD "attention" varchar(16);
CREATE INDEX "IX_kicc_revision_attention" ON "refunds"."kicc_revision"  ("attention") ;

-- KiccNotification1790000000003: down
DROP INDEX "refunds"."IX_kicc_revision_attention";
ALTER TABLE "refunds"."kicc_revision" DROP COLUMN "attention";
DROP TABLE "refunds"."kicc_notification";

-- KiccQueryDay1790000000004: up
ALTER TABLE "refunds"."kicc_revision" ADD "cancel_req_date" varchar(8);
UPDATE "refunds"."kicc_revision" SET cancel_req_date = (state::json ->> 'cancelReqDate') WHERE open_pg_cno IS NOT NULL;

-- KiccQueryDay1790000000004: down
ALTER TABLE "refunds"."kicc_revision" DROP COLUMN "cancel_req_date";

-- KiccReview1790000000005: up
ALTER TABLE "refunds"."kicc_revision" DROP CONSTRAINT "CHK_kicc_revision_open";
ALTER TABLE "refunds"."kicc_revision" ADD CONSTRAINT "CHK_kicc_revision_open" CHECK (status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL);

-- KiccReview1790000000005: down
UPDATE "refunds"."kicc_revision" SET open_pg_cno = NULL WHERE status IN ('succeeded', 'declined');
ALTER TABLE "refunds"."kicc_revision" DROP CONSTRAINT "CHK_kicc_revision_open";
ALTER TABLE "refunds"."kicc_revision" ADD CONSTRAINT "CHK_kicc_revision_open" CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL));

-- KiccBulkRevision1790000000006: up
CREATE INDEX "IX_kicc_bulk_row_revision" ON "refunds"."kicc_bulk_row"  ("shop_transaction_id") ;

-- KiccBulkRevision1790000000006: down
DROP INDEX "refunds"."IX_kicc_bulk_row_revision";

-- KiccPartialIndices1790000000007: up
START TRANSACTION;
DROP INDEX "refunds"."UQ_kicc_revision_open";
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "refunds"."kicc_revision"  ("mall_id", "open_pg_cno") WHERE open_pg_cno IS NOT NULL;
DROP INDEX "refunds"."IX_kicc_revision_due";
CREATE INDEX "IX_kicc_revision_due" ON "refunds"."kicc_revision"  ("next_check_at") WHERE next_check_at IS NOT NULL;
DROP INDEX "refunds"."IX_kicc_revision_attention";
CREATE INDEX "IX_kicc_revision_attention" ON "refunds"."kicc_revision"  ("attention") WHERE attention IS NOT NULL;
CREATE INDEX "IX_kicc_revision_open" ON "refunds"."kicc_revision"  ("sequence") WHERE open_pg_cno IS NOT NULL;
COMMIT;

-- KiccPartialIndices1790000000007: down
START TRANSACTION;
DROP INDEX "refunds"."IX_kicc_revision_open";
DROP INDEX "refunds"."UQ_kicc_revision_open";
CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "refunds"."kicc_revision"  ("mall_id", "open_pg_cno") ;
DROP INDEX "refunds"."IX_kicc_revision_due";
CREATE INDEX "IX_kicc_revision_due" ON "refunds"."kicc_revision"  ("next_check_at") ;
DROP INDEX "refunds"."IX_kicc_revision_attention";
CREATE INDEX "IX_kicc_revision_attention" ON "refunds"."kicc_revision"  ("attention") ;
COMMIT;

-- KiccBulkDue1790000000008: up
CREATE INDEX "IX_kicc_bulk_row_mall_due" ON "refunds"."kicc_bulk_row"  ("mall_id", "due_at", "place") ;
DROP INDEX "refunds"."IX_kicc_bulk_row_due";

-- KiccBulkDue1790000000008: down
CREATE INDEX "IX_kicc_bulk_row_due" ON "refunds"."kicc_bulk_row"  ("due_at") ;
DROP INDEX "refunds"."IX_kicc_bulk_row_mall_due";

-- KiccAccepted1790000000009: up
CREATE INDEX "IX_kicc_revision_accepted" ON "refunds"."kicc_revision"  ("accepted_at", "sequence", "status", "settled_at", "mall_id") ;

-- KiccAccepted1790000000009: down
DROP INDEX "refunds"."IX_kicc_revision_accepted";
