=begin
class A
=end
module A::B
  class C < ::D::E
  end
end
__END__
class F
