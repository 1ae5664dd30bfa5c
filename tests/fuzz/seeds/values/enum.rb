 :status, { pending: 0, paid: "p" }, prefix: true
