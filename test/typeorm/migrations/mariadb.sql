-- KiccRevision1790000000001: up
CREATE TABLE `kicc_revision` (`sequence` int NOT NULL AUTO_INCREMENT, `mall_id` varchar(8) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `shop_transaction_id` varchar(60) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `pg_cno` varchar(20) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `open_pg_cno` varchar(20) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NULL, `status` varchar(16) NOT NULL, `version` int NOT NULL, `accepted_at` bigint NOT NULL, `settled_at` bigint NULL, `next_check_at` bigint NULL, `lease_until` bigint NULL, `written_by` varchar(36) NOT NULL, `state` longtext NOT NULL, UNIQUE INDEX `UQ_kicc_revision_id` (`mall_id`, `shop_transaction_id`), UNIQUE INDEX `UQ_kicc_revision_open` (`mall_id`, `open_pg_cno`), INDEX `IX_kicc_revision_payment` (`mall_id`, `pg_cno`), INDEX `IX_kicc_revision_due` (`next_check_at`), PRIMARY KEY (`sequence`)) ENGINE=InnoDB;
ALTER TABLE `kicc_revision` ADD CONSTRAINT `CHK_kicc_revision_open` CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL));

-- KiccRevision1790000000001: down
DROP INDEX `UQ_kicc_revision_id` ON `kicc_revision`;
DROP INDEX `UQ_kicc_revision_open` ON `kicc_revision`;
DROP INDEX `IX_kicc_revision_payment` ON `kicc_revision`;
DROP INDEX `IX_kicc_revision_due` ON `kicc_revision`;
DROP TABLE `kicc_revision`;

-- KiccBulk1790000000002: up
CREATE TABLE `kicc_bulk` (`bulk_id` varchar(64) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `status` varchar(16) NOT NULL, `created_at` bigint NOT NULL, `digest` varchar(64) NOT NULL, PRIMARY KEY (`bulk_id`)) ENGINE=InnoDB;
CREATE TABLE `kicc_bulk_row` (`bulk_id` varchar(64) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `place` int NOT NULL, `mall_id` varchar(8) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `shop_transaction_id` varchar(60) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `state` varchar(16) NOT NULL, `due_at` bigint NULL, `attempts` int NOT NULL, `version` int NOT NULL, `body` longtext NOT NULL, INDEX `IX_kicc_bulk_row_due` (`due_at`), PRIMARY KEY (`bulk_id`, `place`)) ENGINE=InnoDB;

-- KiccBulk1790000000002: down
DROP INDEX `IX_kicc_bulk_row_due` ON `kicc_bulk_row`;
DROP TABLE `kicc_bulk_row`;
DROP TABLE `kicc_bulk`;

-- KiccNotification1790000000003: up
CREATE TABLE `kicc_notification` (`event_key` varchar(64) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `noti_type` varchar(2) NOT NULL, `mall_id` varchar(8) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `pg_cno` varchar(20) CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin" NOT NULL, `handled_at` bigint NOT NULL, `written_by` varchar(36) NOT NULL, PRIMARY KEY (`event_key`)) ENGINE=InnoDB;
ALTER TABLE `kicc_revision` ADD `attention` varchar(16) NULL;
CREATE INDEX `IX_kicc_revision_attention` ON `kicc_revision` (`attention`);

-- KiccNotification1790000000003: down
DROP INDEX `IX_kicc_revision_attention` ON `kicc_revision`;
ALTER TABLE `kicc_revision` DROP COLUMN `attention`;
DROP TABLE `kicc_notification`;

-- KiccQueryDay1790000000004: up
ALTER TABLE `kicc_revision` ADD `cancel_req_date` varchar(8) NULL;
UPDATE `kicc_revision` SET cancel_req_date = JSON_UNQUOTE(JSON_EXTRACT(state, '$.cancelReqDate')) WHERE open_pg_cno IS NOT NULL;

-- KiccQueryDay1790000000004: down
ALTER TABLE `kicc_revision` DROP COLUMN `cancel_req_date`;

-- KiccReview1790000000005: up
ALTER TABLE `kicc_revision` DROP CONSTRAINT CHK_kicc_revision_open, ADD CONSTRAINT CHK_kicc_revision_open CHECK (status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL);

-- KiccReview1790000000005: down
UPDATE `kicc_revision` SET open_pg_cno = NULL WHERE status IN ('succeeded', 'declined');
ALTER TABLE `kicc_revision` DROP CONSTRAINT CHK_kicc_revision_open, ADD CONSTRAINT CHK_kicc_revision_open CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL));

-- KiccBulkRevision1790000000006: up
CREATE INDEX `IX_kicc_bulk_row_revision` ON `kicc_bulk_row` (`shop_transaction_id`);

-- KiccBulkRevision1790000000006: down
DROP INDEX `IX_kicc_bulk_row_revision` ON `kicc_bulk_row`;

-- KiccPartialIndices1790000000007: up

-- KiccPartialIndices1790000000007: down

-- KiccBulkDue1790000000008: up
CREATE INDEX `IX_kicc_bulk_row_mall_due` ON `kicc_bulk_row` (`mall_id`, `due_at`, `place`);
DROP INDEX `IX_kicc_bulk_row_due` ON `kicc_bulk_row`;

-- KiccBulkDue1790000000008: down
CREATE INDEX `IX_kicc_bulk_row_due` ON `kicc_bulk_row` (`due_at`);
DROP INDEX `IX_kicc_bulk_row_mall_due` ON `kicc_bulk_row`;

-- KiccAccepted1790000000009: up
CREATE INDEX `IX_kicc_revision_accepted` ON `kicc_revision` (`accepted_at`, `sequence`, `status`, `settled_at`, `mall_id`);

-- KiccAccepted1790000000009: down
DROP INDEX `IX_kicc_revision_accepted` ON `kicc_revision`;
