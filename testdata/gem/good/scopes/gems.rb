# frozen_string_literal: true
=begin
gem "alpha", group: :test
=end
source 'https://rubygems.org' # group :test do
git_source(:github) { |repo| "https://github.com/#{repo ? "#{repo}.git" : 'x'}" }

gem "alpha", "~> 1.0",
    # a comment; gem "alpha", group: :test
    require: false

group :development, "test" do
  gem 'beta'
  platforms :ruby do
    gem "gamma" if RUBY_VERSION >= "3"
  end
end

group(:extras, optional: true) do
  gem "delta"
end

group :test, :optional => true do
  gem "kappa"
end

group :assets, :development do gem "epsilon" end
gem "zeta", :group => :test
gem("eta", groups: [:test, :development])
gem "theta", groups: %i[test production]
gem "iota", group: compute_group
if ENV["EXTRA"]
  gem "beta"
end
lambda = case 1 when 1 then 2 end
%w[mu nu].each do |name|
  gem name
end
__END__
gem "alpha", group: :test
