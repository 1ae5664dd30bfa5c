# frozen_string_literal: true

# What sidekiq-throttled runs its Lua through, which is not in Debian. The gem of that name comes first where it is laid
# over the root as well; all that it does beyond this is to send the hash of a script that Redis knows already.
class RedisPrescription
  def initialize(script)
    @script = script
  end

  def call(redis, keys: [], argv: [])
    redis.call("EVAL", @script, keys.size, *keys, *argv)
  end
end
