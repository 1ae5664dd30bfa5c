"""Words that Ruby, Rails or Sidekiq have taken: no name of a job may be one of them."""

from __future__ import annotations

KEYWORDS = frozenset(
    "alias and begin break case class def defined do else elsif end ensure false for if in module next nil not or redo "
    "rescue retry return self super then true undef unless until when while yield BEGIN END __FILE__ __LINE__ "
    "__ENCODING__ __method__".split()
)
# Constants that a generated namespace or class must not reopen.
CORE_CONSTANTS = frozenset(
    "Array BasicObject BigDecimal Binding Class Comparable Complex Data Date DateTime Delegator Dir Encoding "
    "Enumerable Enumerator Exception FalseClass Fiber File Float Hash Integer IO Kernel Logger MatchData Method "
    "Module Monitor Mutex NilClass Numeric Object OpenStruct Pathname Proc Process Queue Ractor Random Range Rational "
    "Redis Regexp Set Signal Socket StandardError String StringIO Struct Symbol Tempfile Thread Time TrueClass "
    "UnboundMethod ActionCable ActionController ActionMailer ActionView ActiveJob ActiveModel ActiveRecord "
    "ActiveStorage ActiveSupport Rails Sidekiq SidekiqUniqueJobs".split()
)
# Constants that a job class has from Sidekiq's own modules, in place of a model of that name: v8.1.7
# lib/sidekiq/job.rb:48, :56, :184, job/interrupt_handler.rb:5, job/iterable.rb:7, :9 and the files in job/iterable/.
INHERITED_CONSTANTS = frozenset(
    "ActiveRecordEnumerator ClassMethods CsvEnumerator Enumerators InterruptHandler Interrupted Iterable Options "
    "Setter".split()
)
# Methods that a job has from Sidekiq, Kernel, Object or ActiveSupport: the work must not redefine one of them.
TAKEN_METHODS = frozenset(
    "perform build_enumerator each_iteration on_start on_resume on_stop on_complete on_cancel around_iteration "
    "arguments cursor cancel logger jid bid interrupted _context abort at_exit autoload binding callcc caller "
    "catch clone display dup eval exec exit extend fail fork format freeze gem gets hash initialize inspect "
    "instance_eval instance_exec load local_variables loop method methods object_id open p pp print printf proc "
    "putc puts raise rand readline readlines require select send set_trace_func sleep spawn sprintf srand syscall "
    "system tap test then throw trap warn itself lambda require_relative singleton_class to_enum enum_for "
    "trace_var untrace_var as_json concern define_singleton_method debugger instance_of method_missing presence "
    "public_send suppress to_json to_param to_query to_s try untaint taint with with_options".split()
)
