-- When somebody last uploaded it, of a picture from before there was this column: when that was made.
ALTER TABLE pictures ADD COLUMN wanted_at timestamptz(3) NOT NULL DEFAULT now();
-- Since when every look has found nobody who names it; null: somebody does, or nobody has looked.
ALTER TABLE pictures ADD COLUMN unused_since timestamptz(3);
