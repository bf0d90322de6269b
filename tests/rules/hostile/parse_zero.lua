-- Bytes that are no text.
function attack() return "ÿþ" .. 1 end
