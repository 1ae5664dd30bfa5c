 A = [
  B = 'b', # why
  C
] 
 .freeze