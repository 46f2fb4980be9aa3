-- Of an update, the row whose content counted as what the sheet said when the contact was last sent, before this update: an
-- undo that gives all of it back lets that row count again. NULL: none did, or an earlier version wrote the change.
ALTER TABLE changes ADD COLUMN sent_run INTEGER;
ALTER TABLE changes ADD COLUMN sent_seq INTEGER;

-- 1: the update's own row counted so until values were about to be given back, and it is not known what came of that.
ALTER TABLE removals ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX counted_removals ON removals (run, seq) WHERE counted = 1;
