-- Stops in the middle.
function attack() return (
